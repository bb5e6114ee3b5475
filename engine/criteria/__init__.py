"""The criteria language: a strict subset of HL7 CQL expressions over facts that may be unknown.

A criterion is a text (`phq9.total >= 10 and not bipolar_screen_positive`). It is read once into a tree,
typed against a table of names, lowered to a core of small operators, and then read in many ways that
all agree: closures and generated code for one case, columns for a million, terms for proofs, sentences
for people.
"""

from engine.criteria.check import check, check_define, checked
from engine.criteria.criterion import Criterion, compile_criterion
from engine.criteria.names import TODAY, Name, Names, Phrase
from engine.criteria.parse import parse
from engine.criteria.problems import CriterionError, Problem
from engine.criteria.syntax import Node, hides_unknown
from engine.criteria.text import write, write_value
from engine.criteria.typed import Checked
from engine.criteria.types import (
    BOOLEAN,
    COUNT,
    DATE,
    DECIMAL,
    INTEGER,
    NULL,
    QUANTITY,
    STRING,
    BooleanType,
    CountType,
    DateType,
    DecimalType,
    FactError,
    Facts,
    IntegerType,
    NullType,
    QuantityType,
    StringType,
    Type,
    Value,
    facts_door,
)

Tree = Node

__all__ = [
    "BOOLEAN",
    "COUNT",
    "DATE",
    "DECIMAL",
    "INTEGER",
    "NULL",
    "QUANTITY",
    "STRING",
    "TODAY",
    "BooleanType",
    "Checked",
    "CountType",
    "Criterion",
    "CriterionError",
    "DateType",
    "DecimalType",
    "FactError",
    "Facts",
    "IntegerType",
    "Name",
    "Names",
    "NullType",
    "Phrase",
    "Problem",
    "QuantityType",
    "StringType",
    "Tree",
    "Type",
    "Value",
    "check",
    "check_define",
    "checked",
    "compile_criterion",
    "facts_door",
    "hides_unknown",
    "parse",
    "write",
    "write_value",
]
