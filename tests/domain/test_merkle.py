"""RFC 6962: the known roots, and proofs that hold for their line and for nothing else."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairport.domain.merkle import (
    EMPTY_ROOT,
    MerkleTree,
    inclusion_path,
    leaf_hash,
    merkle_root,
    root_of_hashes,
    verify_consistency,
    verify_inclusion,
)
from tests.domain.building import VECTORS, repeatable

# The eight leaves that the tests of Certificate Transparency use, with the roots over the first 1 to 8.
LEAVES = [bytes.fromhex(leaf) for leaf in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def by_definition(lines: list[bytes]) -> bytes:
    """The tree hash as RFC 6962 writes it down."""
    if not lines:
        return hashlib.sha256(b"").digest()
    if len(lines) == 1:
        return hashlib.sha256(b"\0" + lines[0]).digest()
    split = 1
    while split * 2 < len(lines):
        split *= 2
    return hashlib.sha256(b"\1" + by_definition(lines[:split]) + by_definition(lines[split:])).digest()


@pytest.mark.parametrize("count", range(1, 9))
def test_the_roots_of_certificate_transparency(count: int) -> None:
    assert merkle_root(LEAVES[:count]).hex() == ROOTS[count - 1]


def test_the_empty_tree() -> None:
    assert merkle_root([]) == MerkleTree([]).root == hashlib.sha256(b"").digest()
    with pytest.raises(IndexError):
        MerkleTree([]).proof(0)


def test_the_proofs_of_certificate_transparency() -> None:
    tree = MerkleTree(LEAVES)
    assert [node.hex() for node in tree.proof(0)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [node.hex() for node in MerkleTree(LEAVES[:3]).proof(1)] == [
        leaf_hash(LEAVES[0]).hex(),
        leaf_hash(LEAVES[2]).hex(),
    ]


@repeatable
@given(lines=st.lists(st.binary(max_size=4), min_size=1, max_size=70))
def test_every_line_has_a_proof_and_no_other_line_fits_it(lines: list[bytes]) -> None:
    tree = MerkleTree(lines)
    assert tree.root == merkle_root(lines) == by_definition(lines)
    for index, line in enumerate(lines):
        proof = tree.proof(index)
        good = {"index": index, "size": len(lines), "root": tree.root}
        assert verify_inclusion(line=line, proof=proof, **good)
        assert not verify_inclusion(line=line + b"x", proof=proof, **good)
        assert not verify_inclusion(line=line, proof=(*proof, b"\0" * 32), **good)
        assert not verify_inclusion(line=line, proof=proof, index=index, size=len(lines), root=b"\0" * 32)
        if proof:
            assert not verify_inclusion(line=line, proof=proof[:-1], **good)
            assert not verify_inclusion(line=line, proof=(proof[0][:-1], *proof[1:]), **good)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (5, 3)])
def test_a_position_outside_the_tree_is_false(index: int, size: int) -> None:
    assert not verify_inclusion(line=b"", index=index, size=size, proof=(), root=bytes(32))


def test_the_consistency_proofs_of_certificate_transparency() -> None:
    proofs = {
        (1, 8): [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
        (6, 8): [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
        (2, 5): [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    }
    for (old, new), expected in proofs.items():
        assert [step.hex() for step in MerkleTree(LEAVES[:new]).consistency(old)] == expected
        assert verify_consistency(
            old_size=old,
            new_size=new,
            old_root=bytes.fromhex(ROOTS[old - 1]),
            new_root=bytes.fromhex(ROOTS[new - 1]),
            proof=[bytes.fromhex(step) for step in expected],
        )


@pytest.mark.parametrize("new", range(34))
def test_every_tree_continues_its_own_beginnings_and_no_other(new: int) -> None:
    lines = [bytes([number]) for number in range(new)]
    tree = MerkleTree(lines)
    for old in range(new + 1):
        proof = tree.consistency(old)
        roots = {"old_root": merkle_root(lines[:old]), "new_root": tree.root}
        good = {"old_size": old, "new_size": new, **roots}
        assert verify_consistency(proof=proof, **good)
        assert not verify_consistency(proof=(*proof, b"\0" * 32), **good)
        assert not verify_consistency(proof=proof, **good | {"old_root": b"\0" * 32})
        if old:
            assert not verify_consistency(proof=proof, **good | {"new_root": b"\0" * 32})
        for place in range(len(proof)):
            assert not verify_consistency(proof=[*proof[:place], *proof[place + 1 :]], **good)
            changed = [*proof[:place], bytes(32), *proof[place + 1 :]]
            assert not verify_consistency(proof=changed, **good)


def test_consistency_of_impossible_sizes() -> None:
    with pytest.raises(IndexError):
        MerkleTree(LEAVES).consistency(9)
    with pytest.raises(IndexError):
        MerkleTree(LEAVES).consistency(-1)
    root = bytes.fromhex(ROOTS[0])
    assert not verify_consistency(old_size=2, new_size=1, old_root=root, new_root=root, proof=())
    assert not verify_consistency(old_size=0, new_size=1, old_root=root, new_root=root, proof=())
    assert not verify_consistency(old_size=0, new_size=0, old_root=root, new_root=root, proof=())
    assert verify_consistency(old_size=0, new_size=1, old_root=EMPTY_ROOT, new_root=root, proof=())


@pytest.mark.parametrize("size", range(1, 34))
def test_proofs_read_node_by_node_are_the_same(size: int) -> None:
    lines = [bytes([number]) for number in range(size)]
    hashes = [leaf_hash(line) for line in lines]

    def node(height: int, index: int) -> bytes:
        return root_of_hashes(b"".join(hashes[index << height : (index + 1) << height]))

    for index in range(size):
        assert inclusion_path(index=index, size=size, node=node) == MerkleTree(lines).proof(index)
    with pytest.raises(IndexError):
        inclusion_path(index=size, size=size, node=node)


def test_the_vectors_of_trees_are_what_the_trees_give() -> None:
    vectors = json.loads((VECTORS / "trees.json").read_text())
    leaves = [bytes.fromhex(leaf) for leaf in vectors["leaves"]]
    roots = [by_definition(leaves[:count]) for count in range(9)]
    assert leaves == LEAVES
    assert [root.hex() for root in roots] == vectors["roots"]
    assert [leaf_hash(leaf).hex() for leaf in leaves] == vectors["leaf_hashes"]
    assert len(vectors["inclusion"]) == len(vectors["consistency"]) == 36
    for one in vectors["inclusion"]:
        proof = [bytes.fromhex(step) for step in one["proof"]]
        assert list(MerkleTree(leaves[: one["size"]]).proof(one["index"])) == proof
        good = {"index": one["index"], "size": one["size"], "root": roots[one["size"]]}
        assert verify_inclusion(line=leaves[one["index"]], proof=proof, **good)
    for one in vectors["consistency"]:
        old, new = one["old"], one["new"]
        proof = [bytes.fromhex(step) for step in one["proof"]]
        assert list(MerkleTree(leaves[:new]).consistency(old)) == proof
        assert verify_consistency(old_size=old, new_size=new, old_root=roots[old], new_root=roots[new], proof=proof)
