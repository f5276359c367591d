"""The grounding suite: gold questions, what is fitted on them, and the benchmarks.

Import its parts by name (`from eval.gold.questions import load_gold`): the bare name of this
package would shadow a builtin.
"""
