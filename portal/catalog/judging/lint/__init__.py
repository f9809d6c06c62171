"""The linter of item texts (消除模糊语言、兜底条款，杜绝奇葩证明): `judge` reads one clause, all else is data."""
