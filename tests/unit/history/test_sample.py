import hashlib
import random
import subprocess

import pytest

from benchmark.history.sample import draw_sample, ticket

HOSTS = [f"host{number:03}" for number in range(300)]


def test_the_same_seed_and_population_draw_the_same_in_any_order():
    once = draw_sample(HOSTS, 25, 7)
    shuffled = random.Random(1).sample(HOSTS, len(HOSTS))
    assert draw_sample([*shuffled, *HOSTS], 25, 7) == once
    assert len(once.drawn) == 25
    assert set(once.drawn) < set(HOSTS)
    assert once.population == tuple(HOSTS)
    assert draw_sample(HOSTS, 25, 8).drawn != once.drawn


def test_nobody_is_drawn_twice_and_all_when_there_are_no_more():
    assert draw_sample(["a", "b", "a"], 25, 7).drawn == ("a", "b")
    assert draw_sample([], 25, 7).drawn == ()


def test_a_larger_sample_holds_the_smaller_one():
    assert set(draw_sample(HOSTS, 10, 7).drawn) < set(draw_sample(HOSTS, 40, 7).drawn)


def test_everybody_is_drawn_about_as_often():
    drawn = [each for seed in range(400) for each in draw_sample(HOSTS[:40], 10, seed).drawn]
    counts = [drawn.count(each) for each in HOSTS[:40]]
    assert 60 < min(counts) <= max(counts) < 145  # 100 each on average


@pytest.mark.parametrize("member", ["web-01", "web-01: container shop", "Müller", "half \ud83d"])
def test_stock_tools_draw_the_same(member):
    text = member.encode("utf-8", "backslashreplace")
    assert ticket(7, member) == hashlib.sha256(b"7\n" + text).hexdigest()
    said = subprocess.run(["sha256sum"], input=b"7\n" + text, capture_output=True, check=True).stdout
    assert said.decode().split()[0] == ticket(7, member)
