-- What the offers of a decision took of their budgets: of each grant the offer, its day in the catalog's
-- timezone, the money it spent, and as what it was counted: `g` a grant, `d` one of its day, `m` money. Empty
-- where no budget was concerned, or nothing counted.
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS `grants.offer_id` Array(LowCardinality(String)), ADD COLUMN IF NOT EXISTS `grants.day` Array(Date), ADD COLUMN IF NOT EXISTS `grants.spent` Array(Decimal(18, 2)), ADD COLUMN IF NOT EXISTS `grants.counted` Array(LowCardinality(String)) SETTINGS alter_sync = 0;
