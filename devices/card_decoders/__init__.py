"""Decoders turn an activated card into its raw document; each is a port to hardware that we do not own."""
