DROP TABLE store.seeds, store.oem_sizes, store.generations, store.vehicles, store.makes;
DROP VIEW store.listed_tires;
DROP TABLE store.stock, store.warehouses, store.tires, store.brands;
