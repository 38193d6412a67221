"""How a question becomes SQL: tables, expressions of each engine, conditions, orders, pages."""
