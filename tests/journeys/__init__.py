"""What people do with Hubwarden from beginning to end, in a browser: by mouse and by keyboard, wide and on a phone."""
