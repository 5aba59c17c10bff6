"""Campaigns and their proposals: lineage of bills, kinship rules, cited facts, published texts."""
