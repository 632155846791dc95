"""What every test needs before it is collected."""

import hypothesis  # noqa: F401  (imported late, its rewriting of a failure's report exhausts the recursion limit)
