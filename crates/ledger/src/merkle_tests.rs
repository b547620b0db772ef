use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2::Sha256;

use super::*;

const LEAVES: u64 = 512;

fn bytes(index: u64) -> Vec<u8> {
    index.to_be_bytes().to_vec()
}

fn tree(size: u64) -> Tree {
    Tree::of((0..size).map(|index| leaf_hash(&bytes(index))))
}

fn flat(proof: &[Digest]) -> Vec<u8> {
    proof
        .iter()
        .flat_map(|hash| hash.as_bytes().to_vec())
        .collect()
}

#[test]
fn proofs_are_those_of_another_implementation_for_every_size() {
    let ours = tree(LEAVES);
    for size in 1..=LEAVES {
        let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        (0..size).for_each(|index| theirs.push(bytes(index)));
        let root = ours.root_at(size).unwrap();
        assert_eq!(
            theirs.root().as_bytes().as_slice(),
            root.as_bytes(),
            "{size}"
        );
        // Every leaf of the smaller trees, and the telling ones of the larger.
        for index in (0..size).filter(|index| size <= 128 || index % 37 == 0 || index + 2 >= size) {
            let proof = ours.inclusion(index, size).unwrap();
            let other = theirs.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(other.as_bytes(), flat(&proof), "{index} of {size}");
            assert!(verify_inclusion(
                index,
                size,
                &leaf_hash(&bytes(index)),
                &proof,
                &root
            ));
        }
        for first in (1..size).filter(|first| size <= 128 || first % 37 == 0 || first + 2 >= size) {
            let proof = ours.consistency(first, size).unwrap();
            let other = theirs.prove_consistency(usize::try_from(size - first).unwrap());
            assert_eq!(other.as_bytes(), flat(&proof), "{first} in {size}");
            let before = ours.root_at(first).unwrap();
            assert!(verify_consistency(first, size, &before, &root, &proof));
        }
    }
}

#[test]
fn a_proof_proves_nothing_else() {
    let tree = tree(21);
    let root = tree.root();
    for index in 0..21 {
        let proof = tree.inclusion(index, 21).unwrap();
        let leaf = tree.leaf(index).unwrap();
        for (wrong_index, size) in [(index + 1, 21), (index, 20), (index, 22), (index, 0)] {
            // Some sizes share their sides: then the root alone would hold, and does.
            let same = sides(wrong_index, size, proof.len()) == sides(index, 21, proof.len());
            let holds = verify_inclusion(wrong_index, size, &leaf, &proof, &root);
            assert_eq!(holds, same, "{index}: {wrong_index} of {size}");
        }
        for at in 0..proof.len() {
            let mut wrong = proof.clone();
            wrong[at] = Digest::of(b"wrong");
            assert!(!verify_inclusion(index, 21, &leaf, &wrong, &root));
        }
        let short = &proof[..proof.len() - 1];
        assert!(!verify_inclusion(index, 21, &leaf, short, &root));
        let long = [proof.clone(), vec![root]].concat();
        assert!(!verify_inclusion(index, 21, &leaf, &long, &root));
        assert!(!verify_inclusion(index, 21, &root, &proof, &root));
    }
    for first in 1..21 {
        let proof = tree.consistency(first, 21).unwrap();
        let before = tree.root_at(first).unwrap();
        for at in 0..proof.len() {
            let mut wrong = proof.clone();
            wrong[at] = Digest::of(b"wrong");
            assert!(!verify_consistency(first, 21, &before, &root, &wrong));
        }
        assert!(!verify_consistency(first, 21, &root, &root, &proof));
        assert!(!verify_consistency(first + 1, 21, &before, &root, &proof));
        let long = [proof.clone(), vec![root]].concat();
        assert!(!verify_consistency(first, 21, &before, &root, &long));
    }
    let endless = vec![root; 10_000];
    assert!(!verify_inclusion(0, u64::MAX, &root, &endless, &root));
    assert!(!verify_consistency(1, u64::MAX, &root, &root, &endless));
}

#[test]
fn what_is_not_there_has_no_proof() {
    let tree = tree(5);
    assert_eq!(tree.inclusion(5, 5), None);
    assert_eq!(tree.inclusion(0, 6), None);
    assert_eq!(tree.consistency(0, 5), None);
    assert_eq!(tree.consistency(6, 5), None);
    assert_eq!(tree.root_at(6), None);
    assert_eq!(tree.consistency(5, 5), Some(Vec::new()));
    assert_eq!(Tree::default().root(), Digest::of(b""));
}

#[test]
fn leaves_that_are_taken_back_leave_the_tree_as_it_was() {
    for size in 0..70 {
        let mut longer = tree(70);
        longer.truncate(size);
        assert_eq!(longer.size(), size);
        longer.push(leaf_hash(b"another"));
        let mut straight = tree(size);
        straight.push(leaf_hash(b"another"));
        assert_eq!(longer.root(), straight.root(), "{size}");
    }
}
