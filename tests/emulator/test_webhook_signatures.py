"""What the emulator signs, against the contract's vectors."""

from __future__ import annotations

import pytest

from gateway.emulator.webhooks.signatures import version_1, version_2, version_3

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
URI = "https://www.example.com/webhook_uri"
BODY_A = (
    b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
    b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM",'
    b'"changeFlag":"NEW","appId":54321}]'
)
DOUBLE, SINGLE = b'{"example_field":"example_value"}', b"{'example_field':'example_value'}"


@pytest.mark.parametrize(
    ("signed", "expected"),
    [
        (version_1(SECRET, BODY_A), "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"),
        (version_2(SECRET, "GET", URI, b""), "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"),
        (version_2(SECRET, "POST", URI, DOUBLE), "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900"),
        (version_1(SECRET, SINGLE), "69fc6631a867edd4f9e9e627fc5c1148e3fbdd8b21837b6d2b8901c1fa57f750"),
        (version_2(SECRET, "POST", URI, SINGLE), "4fe4e3a7d3cf09db53be39d0a58130e2aaba074ec123a9e355b876a689a1c383"),
        (version_3(SECRET, "POST", URI, SINGLE, "1693657560000"), "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="),
        (version_3(SECRET, "POST", URI, SINGLE, "1700000300000"), "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw="),
        (version_3(SECRET, "POST", URI, DOUBLE, "1693657560000"), "oaA3M5dEtt6kFsseJD/Hv/x+JNl1vsoxFj4oxmwP6Go="),
    ],
    ids=[f"V{n}" for n in range(1, 9)],
)  # fmt: skip
def test_the_vectors_hold(signed, expected):
    """Each version signs what HubSpot's documentation and kits sign."""
    assert signed == expected


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [("%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B", ":/?@!$'()*,;"), ("%2f%3a", "/:")],
)
def test_twelve_escapes_are_decoded_before_signing(escaped, plain):
    """Version 3 signs the decoded address; every other escape stays."""
    told = version_3(SECRET, "POST", f"{URI}?a={escaped}&b=%20%26%3D%25", b"", "1")
    assert told == version_3(SECRET, "POST", f"{URI}?a={plain}&b=%20%26%3D%25", b"", "1")
    assert told != version_3(SECRET, "POST", f"{URI}?a={plain}&b= &=%", b"", "1")
