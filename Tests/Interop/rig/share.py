"""Tests in shares, so that two runs beside each other do all of them: most of the time they wait."""


def pytest_addoption(parser):
    parser.addoption("--share", default="1/1", help="2/3: of every three files the second")


def pytest_collection_modifyitems(config, items):
    number, of = map(int, config.getoption("--share").split("/"))
    files = sorted({item.path for item in items})
    mine = set(files[number - 1 :: of])
    config.hook.pytest_deselected(items=[item for item in items if item.path not in mine])
    items[:] = [item for item in items if item.path in mine]
