"""Public figures: places by port and day, draws and their files."""
