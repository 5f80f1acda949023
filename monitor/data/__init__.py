"""Tables that come with the program; each row of firms, machines and terms carries its source and date."""
