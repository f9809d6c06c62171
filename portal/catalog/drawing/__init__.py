"""Process charts, charts of a theme and floor plans, drawn as SVG with the same said in words."""
