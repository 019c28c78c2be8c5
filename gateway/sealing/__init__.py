"""Where plaintext ends: HPKE envelopes and the keys that open them."""
