"""The event-sourced application: how its events are kept, and what is done with them."""
