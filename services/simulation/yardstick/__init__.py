"""What a load is held against: the best possible in hindsight, and simple policies on the same data. Knows no engine."""
