-- Filled by its part.
SELECT 1;
