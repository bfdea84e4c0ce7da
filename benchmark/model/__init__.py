"""The words of dockmark: frozen data that every room shares and that imports nothing else of ours."""
