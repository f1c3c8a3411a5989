"""Stand-ins for hardware and outside services; they speak the real protocols over real sockets."""
