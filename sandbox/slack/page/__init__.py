"""What the browser's page is told and asks."""
