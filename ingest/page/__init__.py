"""What the Library tab does and shows: uploads, the run under way, its routes and markup."""
