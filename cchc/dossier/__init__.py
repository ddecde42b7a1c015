"""Dossiers (hồ sơ): what their state is, as a fold over facts. The definition is docs/dossier-semantics.md."""
