"""A shop is data: facts, phrases, language packs, prompts and prices in its folder (shops/tires is the reference)."""

from callcenter.shop.catalogue import CatalogueNames
from callcenter.shop.shop import Shop

__all__ = ["CatalogueNames", "Shop"]
