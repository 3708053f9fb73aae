"""A careless suite: it connects to other machines in every way, leaves global state changed and ignores every error."""

CONFTEST = """
from tests.isolation import plugin

def pytest_configure(config):
    config.pluginmanager.register(plugin.Isolation(), plugin.NAME)
"""
# An address reserved for documentation: no host has it.
ELSEWHERE = "192.0.2.1"
STATEMENT = f"socket.create_connection(('{ELSEWHERE}', 80), 1)"
TRIED = "with contextlib.suppress(RuntimeError): {}"
IMPORTS = "import contextlib, os, pytest, socket, subprocess, sys\nfrom threading import Thread\n"
REACHING_OUT = {
    "connect": STATEMENT,
    "connect_ex": f"socket.socket().connect_ex(('{ELSEWHERE}', 80))",
    "IPv6": "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))",
    "a datagram": f"socket.socket(type=socket.SOCK_DGRAM).sendto(b'any', ('{ELSEWHERE}', 80))",
    "a datagram with flags": f"socket.socket(type=socket.SOCK_DGRAM).sendto(b'any', 0, ('{ELSEWHERE}', 80))",
    "a message": f"socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'any'], [], 0, ('{ELSEWHERE}', 80))",
    "a name": "socket.getaddrinfo('example.org', 80)",
    "an old look-up": "socket.gethostbyname('example.org')",
}


REACHES = f"""
{TRIED.format(STATEMENT)}

def test_imported(): pass

@pytest.mark.parametrize("code", {[*REACHING_OUT.values()]!r})
def test_statement(code):
    with contextlib.suppress(Exception):
        exec(code)

def test_sound(): pass

def reach():
    {TRIED.format(STATEMENT)}

def test_thread():
    thread = Thread(target=reach); thread.start(); thread.join()

@pytest.fixture
def before(): reach()

@pytest.fixture
def after():
    yield
    reach()

def test_before(before): pass
def test_after(after): pass

CHILD = "import socket; {STATEMENT}"
GRANDCHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {{CHILD!r}}])"

@pytest.mark.parametrize("code", [CHILD, GRANDCHILD], ids=["child", "grandchild"])
def test_process(code):
    subprocess.run([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
"""

LEAVING = {
    "the variable LEFT": "os.environ['LEFT'] = 'any'",
    "the variable KEPT": "os.environ['KEPT'] = 'other'",
    "the variable PATH": "del os.environ['PATH']",
    "the working directory": "os.chdir('/')",
    "sys.path": "sys.path.append('any')",
}
LEAVES = f"""
def now(): return os.environ.get("LEFT"), os.environ["KEPT"], "PATH" in os.environ, os.getcwd(), list(sys.path)
FOUND = now()

@pytest.mark.parametrize("code", {[*LEAVING.values()]!r})
def test_leaves(code):
    assert now() == FOUND
    exec(code)

def test_finds():
    assert now() == FOUND
"""

SETS = """
@pytest.fixture(scope="module", autouse=True)
def account():
    os.environ["OURS"] = "any"
    yield
"""
TAKES_BACK = """    del os.environ["OURS"]
"""
FIND = """
def test_first(): assert "OURS" in os.environ
def test_second(): assert "OURS" in os.environ
"""
STARTS = """
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_child(name):
    code = f"import signal; assert signal.getsignal(signal.{name}) is not signal.SIG_IGN"
    subprocess.run([sys.executable, "-c", code], check=True)
"""
SUITE = {
    "conftest": CONFTEST,
    "test_any": IMPORTS + REACHES,  # the first, since what an import reaches out to is the first test's
    "test_kept": IMPORTS + SETS + TAKES_BACK + FIND,
    "test_left": IMPORTS + LEAVES,
    "test_signals": IMPORTS + STARTS,
    "test_stays": IMPORTS + SETS + FIND,
}
