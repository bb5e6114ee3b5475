"""The diagram room: an algorithm as a picture and as a list, and a patient's way painted on it.

Algorithm -> `plan` (what is shown) -> `dot` (Graphviz text) -> `layout` (places) -> `paint` (SVG) -> `render`
(PNG, PDF). `draw` is the way in.
"""
