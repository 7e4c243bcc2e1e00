"""SPF (RFC 7208): records read, evaluated for a message, and judged by whether they authorise our site.

term           directives and modifiers, and their grammar
record         selecting records among TXT records, and parsing them
macro          macro strings: their grammar and their expansion
target         from an expanded domain-spec to a name that the DNS can be asked for
limits         the processing limits, and the two ways in which an evaluation breaks off
ptr            validated names of an address, for `ptr` and `%{p}`
mechanism      does this mechanism match this message?
check_host     the evaluator itself
tree           every term of a record and of all it includes, in the order of evaluation
wanted         our own mechanisms
judgement      where ours stand in the tree, and what breaks the limits
authorisation  does this domain's record authorise our site?
remark         what is worth saying beside the verdict
suggestion     the one record that a domain should publish
salvage        a broken record, read as it was meant
merge          several records made into one
"""
