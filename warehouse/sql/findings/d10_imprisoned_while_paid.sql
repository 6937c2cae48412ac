-- One row: one piece of evidence that a suspendable programme was paid for a month that began while the
-- person was in custody.
-- Who is missing: the month of admission, which is due; programmes that go on in custody; people held
-- before a judgment or working off a fine, of programmes that stop for a sentence alone; juveniles in
-- training schools, whose numbers are masked; rolls that are out of date.
-- Which source wins: any custody record; the earliest admission is shown. A spell without a release
-- ends with the first release from a later spell, so that a transfer does not leave it open.
WITH custody AS (
    SELECT
        recipient_index.person_id,
        f07_custody.admitted_on,
        f07_custody.released_on,
        f07_custody.document_type = 'I04-F07-02'
        OR coalesce(f07_custody.custody_type, '') IN (
            'unconvicted', 'psychiatric_assessment', 'fine_labour'
        ) AS is_without_sentence,
        f07_custody.document_type,
        f07_custody.delivery_id,
        f07_custody.line
    FROM f07_custody
    INNER JOIN recipient_index ON recipient_index.signature_id = f07_custody.signature_id
    INNER JOIN feed
        ON feed.document_type = f07_custody.document_type AND feed.state = 'current'
    WHERE f07_custody.admitted_on IS NOT NULL
        AND f07_custody.document_type <> 'I04-F07-03'
        AND recipient_index.person_id IS NOT NULL
),
later_release AS (
    SELECT
        custody.person_id,
        custody.delivery_id,
        custody.line,
        min(later.released_on) AS released_on
    FROM custody
    INNER JOIN custody AS later
        ON later.person_id = custody.person_id AND later.admitted_on > custody.admitted_on
    WHERE custody.released_on IS NULL AND later.released_on IS NOT NULL
    GROUP BY custody.person_id, custody.delivery_id, custody.line
),
spell AS (
    SELECT
        custody.person_id,
        custody.admitted_on,
        coalesce(custody.released_on, later_release.released_on) AS released_on,
        custody.is_without_sentence,
        custody.document_type,
        custody.delivery_id,
        custody.line
    FROM custody
    LEFT JOIN later_release
        ON later_release.person_id = custody.person_id
        AND later_release.delivery_id = custody.delivery_id
        AND later_release.line = custody.line
),
paid AS (
    SELECT
        benefit_received.*,
        d10_programme.needs_sentence
    FROM benefit_received
    INNER JOIN d10_programme ON d10_programme.programme_code = benefit_received.programme_code
),
shown AS (
    SELECT
        paid.person_id,
        paid.programme_code,
        paid.month,
        spell.admitted_on,
        spell.document_type,
        spell.delivery_id,
        spell.line,
        row_number() OVER (
            PARTITION BY paid.person_id, paid.programme_code, paid.month
            ORDER BY spell.admitted_on, spell.delivery_id, spell.line
        ) AS place
    FROM paid
    INNER JOIN spell
        ON spell.person_id = paid.person_id
        AND spell.admitted_on < paid.month
        AND (spell.released_on IS NULL OR spell.released_on >= paid.month)
    WHERE paid.needs_sentence = 0 OR NOT spell.is_without_sentence
),
reason AS (
    SELECT
        person_id,
        programme_code,
        month,
        'custody' AS role,
        document_type,
        delivery_id,
        line,
        'admitted ' || CAST(admitted_on AS VARCHAR) AS said
    FROM shown
    WHERE place = 1
),
{{month_paid_rows}}
