"""Files that users give, damaged at random: every reader refuses them clearly or reads them."""
