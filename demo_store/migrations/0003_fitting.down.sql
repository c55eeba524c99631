DROP TABLE store.fitting_places, store.fitting_bookings, store.fitting_prices, store.fitting_services,
    store.fitting_stations;
DELETE FROM store.seeds; -- part of what was seeded is gone: the next seed makes it all anew
