"""Sites, keys, people and the directory of them that every service copies."""
