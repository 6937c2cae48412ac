"""Promises about extracts: no joins (P2), only what is contracted (P3), verifiable (M1), deltas (M2).

HUB_PROMISES=1 runs them at full size; without it a fast share runs.
"""

from __future__ import annotations

import base64
import itertools
import json
import random
import shutil
import sys
from pathlib import Path

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from extract_scene import ExtractHub, changing_nights, decided, found
from promise_figures import FULL_SIZE

from hub.extracts.contracts import contracted_ministries, load_contract
from hub.extracts.deltas import TECHNICAL, DeltaError, apply_delta
from hub.extracts.kit.verify_extract import REFUSALS, verify
from hub.extracts.offered import POLARS_TYPES
from hub.programmes.catalogue import load_programmes
from warehouse import durable
from warehouse.extract_packages import MANIFEST, SUMS
from warehouse.signing import public_keys

LONG = FULL_SIZE
TAMPERINGS = 4000 if LONG else 280
NIGHTS = 365 if LONG else 9
NIGHTS_IN_FULL = 60 if LONG else 3
CHAINED = ("MOHW", "MOE", "MOJ", "KFS") if LONG else ("MOHW", "MOJ", "KFS")
"""Ministries of every format: Parquet and CSV, CSV in CP949, fixed width."""
TABLES = ("eligibility", "finding")


@pytest.fixture(scope="module", autouse=True)
def unflushed():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(durable, "fsync_path", lambda _path: None)
        yield


@pytest.fixture(scope="module")
def everybody(tmp_path_factory):
    """One night on which the same thirty people stand in every programme of every ministry."""
    hub = ExtractHub(tmp_path_factory.mktemp("everybody"))
    codes = [programme.code for programme in load_programmes()]
    desk = hub.night(
        next(changing_nights(1))[0],
        [decided(name, code) for code in codes for name in range(30)],
        [found(f"{name}", name, code) for name, code in enumerate(codes)],
        members=[(unit, unit) for unit in range(30)],
    )
    hub.write(desk)
    yield hub
    hub.ledger.close()


def read(folder, table):
    """The rows of a table, in whichever format the contract has."""
    contract = load_contract(folder.parent.name.removesuffix("-eligibility"))
    schema = contract.table(table).schema
    parquet = folder / f"{table}-00001.parquet"
    if parquet.exists():
        return pl.read_parquet(parquet)
    for name in (f"{table}-00001.csv", f"{table}-00001.cp949.csv"):
        if (folder / name).exists():
            text = (folder / name).read_bytes().decode("cp949" if "cp949" in name else "utf-8")
            return typed(pl.read_csv(text.encode(), infer_schema=False), schema)
    layout = [
        row.split(",") for row in (folder / f"{table}.layout.csv").read_text().splitlines()[1:]
    ]
    lines = (folder / f"{table}-00001.cp949.txt").read_bytes().decode("cp949").splitlines()
    values = {
        name: [line[int(at) - 1 : int(at) - 1 + int(size)].strip() or None for line in lines]
        for at, size, name, *_ in layout
    }
    return typed(pl.DataFrame(values, schema=dict.fromkeys(values, pl.String)), schema)


def typed(frame, schema):
    kinds = dict.fromkeys(TECHNICAL, pl.String) | schema
    return frame.select(
        (pl.col(name) == "true").alias(name)
        if kinds[name] == pl.Boolean
        else pl.col(name).str.to_date()
        if kinds[name] == pl.Date
        else pl.col(name).cast(kinds[name])
        for name in frame.columns
    )


def extracts(hub):
    return {code: hub.packages(code)[-1] for code in contracted_ministries()}


@pytest.mark.promise("P2")
def test_p2_no_two_ministries_can_join(everybody, record_figure):
    held = {
        (code, table, column): set(frame[column].drop_nulls())
        for code, folder in extracts(everybody).items()
        for table in TABLES
        for frame in [read(folder, table)]
        for column in frame.columns
        if column.endswith("_pseudonym")
    }
    pairs = [(one, other) for one, other in itertools.combinations(held, 2) if one[0] != other[0]]
    assert len({frozenset((one[0], other[0])) for one, other in pairs}) == 17 * 16 // 2
    assert all(held[name] for name in held)
    # A join on several columns needs each of them to match: where no single pair of columns has a
    # common pseudonym, no subset of columns joins anything.
    common = [pair for pair in pairs if held[pair[0]] & held[pair[1]]]
    record_figure(
        "P2",
        f"{17 * 16 // 2} pairs of ministries, {len(pairs):,} pairs of pseudonym columns: "
        f"{len(common)} with a common pseudonym",
        held=not common,
        pairs=len(pairs),
        common=len(common),
    )


@pytest.mark.promise("P2")
def test_p2_uniqueness_on_quasi_identifiers_is_told(everybody, record_figure):
    smallest = {}
    for code, folder in extracts(everybody).items():
        told = everybody.manifest(folder)[0]["tables"]["eligibility"]["disclosure"]
        contract = load_contract(code)
        names = list(contract.quasi_identifiers)
        sizes = (
            read(folder, "eligibility").group_by(names).agg(pl.col("person_pseudonym").n_unique())
        )
        assert told["k"] == sizes["person_pseudonym"].min()
        assert told["small_cells"] == 0
        smallest[code] = (told["k"], contract.min_cell)
    record_figure(
        "P2",
        f"k of quasi-identifiers in {len(smallest)} extracts: {min(k for k, _ in smallest.values())} at "
        f"least; the contracts ask for {max(least for _, least in smallest.values())}",
        held=all(k >= least for k, least in smallest.values()),
    )


@pytest.mark.promise("P3")
def test_p3_an_extract_holds_what_is_contracted_and_nothing_else(everybody, record_figure):
    ministries = contracted_ministries()
    for ministry in ministries:
        check_is_as_contracted(everybody, ministry)
    record_figure("P3", f"{len(ministries)} of 17 contracts exact", held=len(ministries) == 17)


def check_is_as_contracted(everybody, ministry):
    folder, contract = everybody.packages(ministry)[-1], load_contract(ministry)
    assert tuple(table.name for table in contract.tables) == TABLES
    for table in contract.tables:
        frame = read(folder, table.name)
        kinds = {column.name: POLARS_TYPES[column.type] for column in table.columns}
        assert dict(frame.schema) == kinds
        assert frame.select(table.key).is_duplicated().sum() == 0
        for column in table.columns:
            if column.is_required:
                assert frame[column.name].null_count() == 0, column.name
    own = {programme.code for programme in load_programmes() if programme.ministry == ministry}
    assert set(read(folder, "eligibility")["programme_code"]) == own
    content = b"".join(file.read_bytes() for file in folder.iterdir())
    assert b"person-" not in content
    assert b"unit-" not in content


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """Many nights of a small country, and the extracts of some ministries."""
    hub = ExtractHub(tmp_path_factory.mktemp("chain"))
    for day, decisions, findings, members in changing_nights(NIGHTS):
        hub.write(hub.night(day, decisions, findings, members=members), *CHAINED)
    yield hub, CHAINED
    hub.ledger.close()


@pytest.mark.promise("M2")
def test_m2_deltas_rebuild_the_full_extract(chain, record_figure):
    hub, chosen = chain
    for ministry in chosen:
        contract = load_contract(ministry)
        held, kinds = {}, []
        for folder in hub.packages(ministry):
            manifest, _ = hub.manifest(folder)
            kinds.append(manifest["kind"])
            for table in contract.tables:
                rows = read(folder, table.name)
                if manifest["kind"] == "delta":
                    rows = apply_delta(held[table.name], rows, table.key)
                held[table.name] = rows
                after = manifest["tables"][table.name]["after"]
                assert after["rows"] == rows.height
                assert after["totals"] == {name: rows[name].sum() for name in table.totals}
        assert len(kinds) == NIGHTS
        assert kinds.count("full") == -(-NIGHTS // 7)
    record_figure(
        "M2",
        f"{len(chosen)} ministries, {NIGHTS} nights of deltas and weekly full extracts: rows and won of "
        "every manifest as loaded",
        held=True,
        nights=NIGHTS,
    )


@pytest.mark.promise("M2")
def test_m2_deltas_alone_lead_to_the_same_as_a_full_extract(tmp_path, record_figure):
    hub, differing = ExtractHub(tmp_path), 0
    contract = load_contract("MOHW")
    held = {}
    for day, decisions, findings, members in changing_nights(NIGHTS_IN_FULL, seed=11):
        desk = hub.night(day, decisions, findings, members=members)
        # A full extract under each night's next number, beside its delta.
        hub.write(desk, "MOHW")
        hub.write(desk, "MOHW", full=True)
        changed, full = hub.packages("MOHW")[-2:]
        for table in contract.tables:
            rows = read(changed, table.name)
            if hub.manifest(changed)[0]["kind"] == "delta":
                rows = apply_delta(held[table.name], rows, table.key)
            differing += not rows.equals(read(full, table.name))
            held[table.name] = rows
    hub.ledger.close()
    record_figure(
        "M2",
        f"{NIGHTS_IN_FULL} nights, each delta beside a full extract: {differing} tables differ",
        held=differing == 0,
        nights=NIGHTS_IN_FULL,
        differing=differing,
    )


@pytest.mark.promise("M2")
def test_m2_a_gap_is_refused(chain):
    hub, _ = chain
    contract = load_contract("MOHW").table("eligibility")
    folders = hub.packages("MOHW")
    refused = 0
    for first, second, third in zip(folders, folders[1:], folders[2:], strict=False):
        kinds = [hub.manifest(folder)[0]["kind"] for folder in (first, second, third)]
        keys = trusted(hub)
        with pytest.raises(ValueError, match="does not follow"):
            verify(third, keys, hub.manifest(first)[1])
        if kinds == ["full", "delta", "delta"] and read(second, "eligibility").height:
            base, last = read(first, "eligibility"), read(third, "eligibility")
            try:
                apply_delta(base, last, contract.key)
            except DeltaError:
                refused += 1
    assert refused


def trusted(hub):
    return [base64.b64decode(key.split(":")[1]) for key in public_keys(hub.keys, "release-signing")]


def flip_bit(folder, dice):
    file = dice.choice(sorted(each for each in folder.iterdir() if each.stat().st_size))
    content = bytearray(file.read_bytes())
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    file.write_bytes(content)


def cut(folder, dice):
    file = dice.choice(sorted(each for each in folder.iterdir() if each.stat().st_size))
    file.write_bytes(file.read_bytes()[: dice.randrange(file.stat().st_size)])


def append(folder, dice):
    file = dice.choice(sorted(folder.iterdir()))
    file.write_bytes(file.read_bytes() + dice.choice([b"\n", b" ", b"\x00", b"more"]))


def remove(folder, dice):
    dice.choice(sorted(folder.iterdir())).unlink()


def add(folder, dice):
    (folder / dice.choice(["more.csv", "eligibility-00002.parquet", ".hidden"])).write_bytes(b"x")


def link(folder, dice):
    file = dice.choice(sorted(folder.iterdir()))
    aside = folder.parent / "aside"
    shutil.move(file, aside)
    file.symlink_to(aside)


def exchange(folder, dice):
    one, two = dice.sample(sorted(folder.iterdir()), 2)
    held = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(held)


def edit_payload(folder, dice):
    """Change a figure of the manifest and everything that is not signed with it."""
    envelope = json.loads((folder / MANIFEST).read_text("utf-8"))
    manifest = json.loads(base64.b64decode(envelope["payload"]))
    name = dice.choice(
        ["sequence", "kind", "release", "previous_manifest_sha256", "ministry", "files"]
    )
    manifest[name] = [] if name == "files" else f"{manifest[name]}0"
    envelope["payload"] = base64.b64encode(json.dumps(manifest).encode()).decode()
    (folder / MANIFEST).write_text(json.dumps(envelope, separators=(",", ":")) + "\n", "utf-8")
    fit_sums(folder)


def edit_envelope(folder, dice):
    """Write the same envelope otherwise: what it says is unchanged, but not one bit may be."""
    text = (folder / MANIFEST).read_text("utf-8")
    envelope = json.loads(text)
    changed = dice.choice(
        [
            text + " ",
            text.replace(":", ": ", 1),
            json.dumps({**envelope, "more": 1}, separators=(",", ":")) + "\n",
            text.replace(envelope["signatures"][0]["keyid"], "0" * 16),
            text.replace('"signatures":[', '"signatures":[{},'),
            text.replace("payloadType", "PayloadType"),
            text.replace("extract.v1", "extract.v2"),
        ]
    )
    (folder / MANIFEST).write_text(changed, "utf-8")
    fit_sums(folder)


def sign_anew(folder, dice):
    """Another key signs the same content, under the key id of the hub or its own."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from warehouse.extract_packages import PAYLOAD_TYPE
    from warehouse.signing import sign_dsse

    envelope = json.loads((folder / MANIFEST).read_text("utf-8"))
    forger = Ed25519PrivateKey.from_private_bytes(dice.randbytes(32))
    forged = json.loads(sign_dsse(base64.b64decode(envelope["payload"]), PAYLOAD_TYPE, forger))
    if dice.random() < 0.5:
        forged["signatures"][0]["keyid"] = envelope["signatures"][0]["keyid"]
    (folder / MANIFEST).write_text(json.dumps(forged, separators=(",", ":")) + "\n", "utf-8")
    fit_sums(folder)


def change_rows(folder, dice):
    """Change a data file and the sums, as somebody without the key can."""
    file = dice.choice(sorted(folder.glob("*-00001.*")))
    file.write_bytes(file.read_bytes() + b"\n")
    fit_sums(folder)


def fit_sums(folder):
    lines = [
        f"{durable.sha256_of(file)}  {file.name}\n"
        for file in sorted(folder.iterdir())
        if file.name != SUMS
    ]
    (folder / SUMS).write_text("".join(lines), "utf-8")


ALTERED = (
    flip_bit, cut, append, remove, add, link, exchange,
    edit_payload, edit_envelope, sign_anew, change_rows,
)  # fmt: skip


@pytest.mark.promise("M1")
def test_m1_every_tampering_is_refused_and_nothing_else(chain, tmp_path, record_figure):
    hub, chosen = chain
    keys = trusted(hub)
    good = []
    for ministry in chosen:
        previous = "first"
        for folder in hub.packages(ministry):
            _, digest = verify(folder, keys, previous)
            good.append((folder, previous))
            previous = digest
    assert len(good) == len(chosen) * NIGHTS
    dice = random.Random(3)  # noqa: S311 (a test's dice)
    accepted = []
    for number in range(TAMPERINGS):
        folder, previous = dice.choice(good)
        alter = ALTERED[number % len(ALTERED)]
        copy = tmp_path / str(number) / folder.parent.name / folder.name
        shutil.copytree(folder, copy)
        before = {file.name: file.read_bytes() for file in copy.iterdir()}
        alter(copy, dice)
        same = {file.name: file.read_bytes() for file in copy.iterdir()} == before
        try:
            verify(copy, keys, previous)
        except REFUSALS:
            refused = True
        else:
            refused = False
        if not refused and not (same and alter is exchange):
            accepted.append((alter.__name__, folder.name))
        shutil.rmtree(tmp_path / str(number))
    record_figure(
        "M1",
        f"{TAMPERINGS:,} tamperings of {len(ALTERED)} kinds: {len(accepted)} accepted; "
        f"{len(good):,} good packages: 0 refused",
        held=not accepted,
        tamperings=TAMPERINGS,
        accepted=len(accepted),
    )


@pytest.mark.promise("M1")
def test_m1_an_extract_in_another_place_is_refused(chain, tmp_path):
    """A good package as that of another day, contract or number, before or instead of another."""
    hub, chosen = chain
    keys = trusted(hub)
    folders = hub.packages(chosen[0])
    first, second = folders[:2]
    after_first = hub.manifest(first)[1]
    places = [
        (second, "first"), (second, "0" * 64), (first, after_first), (folders[3], after_first),
    ]  # fmt: skip
    for folder, previous in places:
        with pytest.raises(ValueError, match="does not follow"):
            verify(folder, keys, previous)
    for name, contract in (
        (second.name, "moe-eligibility"),
        ("20260101-000002", first.parent.name),
    ):
        moved = tmp_path / contract / name
        shutil.copytree(second, moved)
        with pytest.raises(ValueError, match="is not where"):
            verify(moved, keys, after_first)
    # Another hub's key, and no key at all.
    for others in ([bytes(32)], []):
        with pytest.raises(StopIteration):
            verify(second, others, after_first)


@pytest.mark.promise("M1")
def test_m1_the_verifier_has_forty_lines_and_needs_no_hub():
    import hub.extracts.kit.verify_extract as verifier

    text = Path(verifier.__file__).read_text("utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert len(lines) <= 40
    imported = {
        line.split()[1].split(".")[0] for line in lines if line.startswith(("import", "from"))
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}
