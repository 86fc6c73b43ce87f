-- A dish's stars are added up whenever it is shown: from the index alone, however many there are.
DROP INDEX rating_product;
CREATE INDEX rating_product ON rating (product_id, stars);
