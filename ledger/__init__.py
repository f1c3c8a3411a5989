"""The event-sourced application and how its events are kept: recorder, sealing, subject keys, claims."""
