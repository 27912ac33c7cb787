"""What can be broken in a module, in one place at a time: pure, on its syntax tree."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

COMPARED: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], str]] = {
    ast.Lt: (ast.LtE, "< → <="),
    ast.LtE: (ast.Lt, "<= → <"),
    ast.Gt: (ast.GtE, "> → >="),
    ast.GtE: (ast.Gt, ">= → >"),
    ast.Eq: (ast.NotEq, "== → !="),
    ast.NotEq: (ast.Eq, "!= → =="),
    ast.In: (ast.NotIn, "in → not in"),
    ast.NotIn: (ast.In, "not in → in"),
    ast.Is: (ast.IsNot, "is → is not"),
    ast.IsNot: (ast.Is, "is not → is"),
}
SWAPPED = {"max": "min", "min": "max", "any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one place (`node`, the number of a node in `ast.walk`) put otherwise (`variant`)."""

    path: str
    name: str
    line: int
    node: int
    variant: int


def mutants_of(path: str, text: str, enums: Mapping[str, Sequence[str]]) -> Iterator[Mutant]:
    """Every mutant of a module's text; a name (file, function, change, number) survives edits elsewhere."""
    tree = ast.parse(text)
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}
    seen: Counter[str] = Counter()
    for node, function in places(tree, ""):
        for variant, (change, _) in enumerate(alternatives(node, enums)):
            label = f"{path}:{function}: {change}"
            seen[label] += 1
            name = label if seen[label] == 1 else f"{label} #{seen[label]}"
            yield Mutant(path, name, getattr(node, "lineno", 0), numbers[id(node)], variant)


def places(node: ast.AST, function: str) -> Iterator[tuple[ast.AST, str]]:
    """Every node that does something, with the function or class that it is in."""
    yield node, function
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "bases"} or is_idle(node):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from places(child, ".".join(filter(None, (function, getattr(child, "name", None)))))


def is_idle(node: ast.AST) -> bool:
    """Whether nobody can tell the difference: texts of their own, logs, imports for types, and what never happens."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="log"))) | ast.Call(func=ast.Name(id="assert_never")):
            return True
        case ast.Call(func=ast.Name(id="dataclass" | "TypeVar")) | ast.JoinedStr():
            return True
        case _:
            return False


def alternatives(node: ast.AST, enums: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ast.AST]]:
    """What could stand there instead, each with its name."""
    yield from other_tests(node)
    yield from other_values(node, enums)
    yield from other_steps(node)


def other_tests(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Conditions that hold where they should not."""
    match node:
        case ast.Compare(left=left, ops=operators, comparators=right):
            for number, operator in enumerate(operators):
                other, change = COMPARED[type(operator)]
                yield change, ast.Compare(left, [*operators[:number], other(), *operators[number + 1 :]], right)
        case ast.BoolOp(op=ast.And(), values=values):
            yield "and → or", ast.BoolOp(ast.Or(), values)
        case ast.BoolOp(op=ast.Or(), values=values):
            yield "or → and", ast.BoolOp(ast.And(), values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "not dropped", operand
        case ast.If(test=test, body=body, orelse=orelse) if not isinstance(test, ast.Compare | ast.UnaryOp):
            yield "if negated", ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.IfExp(test=test, body=yes, orelse=no) if not isinstance(test, ast.Compare | ast.UnaryOp):
            yield "if negated", ast.IfExp(ast.UnaryOp(ast.Not(), test), yes, no)


def other_values(node: ast.AST, enums: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ast.AST]]:
    """Values that are nearly right."""
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield "+ → -", ast.BinOp(left, ast.Sub(), right)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            yield "- → +", ast.BinOp(left, ast.Add(), right)
        case ast.Constant(value=bool() as truth):
            yield f"{truth} → {not truth}", ast.Constant(not truth)
        case ast.Constant(value=int() | float() as number):
            yield f"{number} → {number + 1}", ast.Constant(number + 1)
        case ast.Attribute(value=ast.Name(id=kind), attr=member) if member in enums.get(kind, ()):
            members = enums[kind]
            other = members[(members.index(member) + 1) % len(members)]
            yield f"{kind}.{member} → {other}", ast.Attribute(ast.Name(kind, ast.Load()), other, ast.Load())
        case ast.Name(id=name) if name in SWAPPED:
            yield f"{name} → {SWAPPED[name]}", ast.Name(SWAPPED[name], ast.Load())


def other_steps(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Something that is not done, not said, or not raised."""
    match node:
        case ast.Call(func=called, args=arguments, keywords=keywords) if not is_idle(node):
            for number, keyword in enumerate(keywords):
                rest = [*keywords[:number], *keywords[number + 1 :]]
                yield f"{keyword.arg or '**'}= dropped", ast.Call(called, arguments, rest)
        case ast.Return(value=value) if value is not None and not isinstance(value, ast.Constant):
            yield "return None", ast.Return(ast.Constant(None))
        case ast.Raise():
            yield "raise dropped", ast.Pass()
        case ast.Expr(value=ast.Await() | ast.Call() as done) if not is_idle(done):
            yield f"{ast.unparse(done)[:50]} dropped", ast.Pass()
        case ast.AugAssign():
            yield f"{ast.unparse(node)[:50]} dropped", ast.Pass()


class Exchange(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        """The new one for the old one."""
        return ast.copy_location(self.new, self.old) if node is self.old else self.generic_visit(node)


def mutated(mutant: Mutant, text: str, enums: Mapping[str, Sequence[str]]) -> ast.Module:
    """The module's tree, broken."""
    tree = ast.parse(text)
    node = list(ast.walk(tree))[mutant.node]
    _, other = list(alternatives(node, enums))[mutant.variant]
    Exchange(node, other).visit(tree)
    return ast.fix_missing_locations(tree)


def enums_in(texts: Sequence[str]) -> dict[str, list[str]]:
    """The members of every StrEnum that the modules of these texts define."""
    found: dict[str, list[str]] = {}
    for text in texts:
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "StrEnum" for base in node.bases):
                names = [part.targets[0] for part in node.body if isinstance(part, ast.Assign)]
                found[node.name] = [name.id for name in names if isinstance(name, ast.Name)]
    return found
