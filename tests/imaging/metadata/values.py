"""Values of every type that Pillow reads from a tag, and of some other types."""

from hypothesis import strategies as st
from PIL.TiffImagePlugin import IFDRational

VALUES: st.SearchStrategy[object] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=300)
    | st.binary(max_size=300)
    | st.builds(IFDRational, st.integers(-(2**31), 2**32), st.integers(-3, 2**32)),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.lists(inner, max_size=4),
    max_leaves=5,
)
