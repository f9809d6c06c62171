"""Chinese search on both databases: `text` reads what people type, `pinyin` spells it, `fulltext` keeps it."""
