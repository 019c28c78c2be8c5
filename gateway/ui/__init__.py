"""What the pages are made of: the frame, the widgets, the words for errors, the receipt."""
