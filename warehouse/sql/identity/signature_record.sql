-- One row is an identity signature and the record that it gives: its identifying content without the
-- institution, under a hash. Institutions that say the same of somebody give one record, and records
-- are what is linked. Birth date and sex are as written. Nobody is missing.
SELECT
    signature_id,
    hash(national_id_token, full_name, birth_date, sex, address, phone) AS record_id,
    birth_date,
    sex,
    row_count
FROM named_signature
