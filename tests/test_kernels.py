"""tools/kernels.py: which kernels of the linear algebra can run here, and what is run under them."""

import sys

import pytest

import kernels


def test_the_numeric_tests_are_there(root):
    assert [n for n in kernels.NUMERIC if not (root / "tests" / n).is_file()] == []


def test_a_kernel_without_its_instructions_is_not_run(monkeypatch, capfd):
    monkeypatch.setattr(kernels, "instructions", lambda: {"pni", "avx2", "fma"})
    monkeypatch.setattr(kernels, "loaded", lambda kernel: {kernel.casefold()})
    assert kernels.usable("Prescott") == kernels.usable("Haswell") == ""
    assert "no avx512bw" in kernels.usable("SkylakeX")
    command = [sys.executable, "-c", "import os; print(os.environ['OPENBLAS_CORETYPE'])"]
    monkeypatch.setenv("OPENBLAS_L2_SIZE", "1")
    assert kernels.run(command) == 0
    said = capfd.readouterr().out
    assert "\nPrescott\n" in said and "\nHaswell\n" in said and "\nSkylakeX\n" not in said
    assert "SkylakeX: not run, this processor has no" in said
    assert "kernels that ran: Prescott, Haswell; failed: none" in said
    assert "OPENBLAS_L2_SIZE" not in kernels.surroundings("Haswell")


def test_a_kernel_that_is_not_the_one_loaded_is_not_run(monkeypatch):
    monkeypatch.setattr(kernels, "instructions", lambda: set.union(*kernels.KERNELS.values()))
    monkeypatch.setattr(kernels, "loaded", lambda kernel: {"zen"})
    assert kernels.usable("Haswell") == "numpy and scipy use zen when it is asked for"
    assert kernels.run(["no such command"]) == 0


def test_a_failure_under_one_kernel_is_told(monkeypatch, capfd):
    monkeypatch.setattr(kernels, "usable", lambda kernel: "")
    command = [
        sys.executable,
        "-c",
        "import os; raise SystemExit(os.environ['OPENBLAS_CORETYPE'] == 'Haswell')",
    ]
    assert kernels.run(command) == 1
    assert "kernels that ran: Prescott, Haswell, SkylakeX; failed: Haswell" in capfd.readouterr().out


@pytest.mark.skipif(sys.platform != "linux", reason="the loaded library is found in /proc")
def test_the_kernel_asked_for_is_the_one_loaded():
    here = [k for k in kernels.KERNELS if not kernels.KERNELS[k] - kernels.instructions()]
    for kernel in here[:1]:
        assert kernels.loaded(kernel) == {kernel.casefold()}
