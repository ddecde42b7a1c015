"""Units (đơn vị): the tree of a province's departments and communes, each definition valid from a day."""
