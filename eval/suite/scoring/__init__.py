"""What an answer is worth: each question's part in every metric, and metrics with n and
intervals.
"""
