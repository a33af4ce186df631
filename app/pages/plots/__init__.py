"""One kit for every plot: what is drawn is said in values, and comes out as SVG that follows the page."""
