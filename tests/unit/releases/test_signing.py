"""DSSE envelopes: the specification's own vector, and nothing that was altered opens."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from warehouse.keys import key_provider
from warehouse.layout import Layout
from warehouse.signing import (
    SignatureError,
    authentication_encoding,
    open_dsse,
    public_key_text,
    publish_public_keys,
    read_public_key,
    sign_dsse,
    signing_key,
    trusted_keys,
)

KIND = "http://example.com/HelloWorld"
HELLO = b"hello world"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))

# DSSE protocol.md, "Test Vectors": ECDSA over P-256 with SHA-256.
VECTOR_SIGNATURE = (
    "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="
)
VECTOR_X = 46950820868899156662930047687818585632848591499744589407958293238635476079160
VECTOR_Y = 5640078356564379163099075877009565129882514886557779369047442380624545832820


def test_the_encoding_is_the_specifications():
    encoded = authentication_encoding(KIND, HELLO)
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    signature = base64.b64decode(VECTOR_SIGNATURE)
    pair = (int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    public = ec.EllipticCurvePublicNumbers(VECTOR_X, VECTOR_Y, ec.SECP256R1()).public_key()
    public.verify(utils.encode_dss_signature(*pair), encoded, ec.ECDSA(hashes.SHA256()))


def test_lengths_are_of_bytes_not_of_letters():
    assert authentication_encoding("é", b"") == "DSSEv1 2 é 0 ".encode()


def test_the_envelope_is_the_specifications():
    envelope = json.loads(sign_dsse(HELLO, KIND, KEY))
    assert (envelope["payload"], envelope["payloadType"]) == ("aGVsbG8gd29ybGQ=", KIND)
    assert [set(each) for each in envelope["signatures"]] == [{"keyid", "sig"}]


@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_was_signed_opens(payload, kind):
    text = sign_dsse(payload, kind, KEY)
    assert open_dsse(text, kind, [OTHER.public_key(), KEY.public_key()], exact=True) == payload
    with pytest.raises(SignatureError, match="trusted key"):
        open_dsse(text, kind, [OTHER.public_key()])
    with pytest.raises(SignatureError, match="another type"):
        open_dsse(text, kind + "x", [KEY.public_key()])


@given(st.data())
def test_not_one_bit_can_be_another(data):
    good = sign_dsse(HELLO, KIND, KEY).encode()
    bad = bytearray(good)
    bad[data.draw(st.integers(0, len(good) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SignatureError):
        open_dsse(bad.decode("latin-1"), KIND, [KEY.public_key()], exact=True)


@given(st.data())
def test_whatever_opens_has_the_payload_that_was_signed(data):
    good = sign_dsse(HELLO, KIND, KEY).encode()
    bad = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        bad[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(32, 126))
    try:
        assert open_dsse(bad.decode("ascii"), KIND, [KEY.public_key()]) == HELLO
    except SignatureError:
        assert bytes(bad) != good


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", "[" * 100_000, '{"payload": 1, "payloadType": "", "signatures": []}'],
)
def test_junk_is_no_envelope(text):
    with pytest.raises(SignatureError, match="no signature envelope"):
        open_dsse(text, KIND, [KEY.public_key()])


def test_other_tools_may_write_otherwise():
    envelope = json.loads(sign_dsse(b"\xfb\xff\xfe", KIND, KEY))
    envelope["payload"] = envelope["payload"].replace("+", "-").replace("/", "_")
    del envelope["signatures"][0]["keyid"]
    envelope["signatures"].insert(0, {"sig": "AAAA"})
    text = json.dumps(envelope, indent=2)
    assert open_dsse(text, KIND, [KEY.public_key()]) == b"\xfb\xff\xfe"
    with pytest.raises(SignatureError, match="altered"):
        open_dsse(text, KIND, [KEY.public_key()], exact=True)


def test_public_keys_are_text():
    assert public_key_text(read_public_key(public_key_text(KEY))) == public_key_text(KEY)
    for text in ("", "rsa:AAAA", "ed25519:AAAA", "ed25519:!"):
        with pytest.raises(SignatureError, match="ed25519:"):
            read_public_key(text)


def test_a_new_epoch_signs_and_the_older_stays_trusted(tmp_path):
    layout = Layout(tmp_path)
    keys = key_provider(layout)
    old = sign_dsse(HELLO, KIND, signing_key(keys))
    keys.rotate("release-signing")
    new = sign_dsse(HELLO, KIND, signing_key(keys))
    publish_public_keys(layout, keys, "release-signing")
    trusted = trusted_keys(layout)
    assert new != old
    assert [open_dsse(text, KIND, trusted) for text in (old, new)] == [HELLO, HELLO]
    assert public_key_text(trusted[0]) == public_key_text(signing_key(keys))


def test_an_auditor_may_bring_the_public_keys(tmp_path, monkeypatch):
    layout = Layout(tmp_path / "hub")
    publish_public_keys(layout, key_provider(layout), "release-signing")
    monkeypatch.setenv("HUB_PUBLIC_KEYS", str(tmp_path / "handed"))
    with pytest.raises(SignatureError, match="no public keys"):
        trusted_keys(layout)
