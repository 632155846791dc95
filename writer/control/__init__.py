"""Sites, keys, people, goals, segments and the directory of them that every service copies."""
