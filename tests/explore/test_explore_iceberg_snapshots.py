import itertools

from dealab import explore
from dealab.explore.iceberg_snapshots import history, stored, vacuum


def test_each_commit_is_a_snapshot_and_keeps_what_was_there():
    snapshots = history(appends=3, changes=1, optimize=False)
    assert [one.operation for one in snapshots] == ["append", "overwrite"] * 3
    for earlier, later in itertools.pairwise(snapshots):
        assert set(earlier.files) < set(later.files)
    assert snapshots[-1].deletes == 3


def test_optimize_leaves_one_file_to_read_and_more_bytes_to_keep():
    before, after = history(4, 2, optimize=False), history(4, 2, optimize=True)
    assert len(after[-1].files) == 1
    assert after[-1].deletes == 0
    assert after[-1].mb == 40
    assert sum(stored(after).values()) > sum(stored(before).values())


def test_vacuum_deletes_what_no_kept_snapshot_names():
    snapshots = history(4, 1, optimize=True)
    left, gone = vacuum(snapshots, keep=1)
    assert [one.operation for one in left] == ["replace"]
    assert set(gone) == set(snapshots[-2].files)
    left, gone = vacuum(snapshots, keep=len(snapshots))
    assert not gone
    assert vacuum(history(4, 1, optimize=False), keep=1)[1] == {}


def test_the_words_follow_the_sliders():
    panel = explore.iceberg_snapshots()
    assert "5 of them delete files" in panel.words
    panel.set(optimize="yes", keep=1)
    assert "Files that a query reads: 1 of 50 MB together, 0 of them delete files" in panel.words
    assert "Older versions to go back to: 0." in panel.words
    assert 'alt="Files to read' in panel.children[-1].value
