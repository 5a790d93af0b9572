"""What readers share: archives under limits, decoding, documents in the making."""
