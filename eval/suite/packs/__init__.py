"""Discussion packs, made on a set of topics and measured."""
