"""Hardware and biometrics behind small ports: card reader, card decoders, face matcher, QR codes."""
