"""Tables that are files of their own: workbooks (`xlsx`), values between commas (`delimited`); how
a number or a date is shown in its cell, and how rows become text."""
