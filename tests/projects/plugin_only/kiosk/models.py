"""Integer and text keys, one table of sales without orders, and garments that have sizes."""

from django.db import models


class Snack(models.Model):
    code = models.CharField(max_length=20, primary_key=True)
    label = models.CharField(max_length=80)
    stock = models.IntegerField(default=1)


class SnackSize(models.Model):
    barcode = models.CharField(max_length=20, unique=True)
    snack = models.ForeignKey(Snack, models.CASCADE)


class Sale(models.Model):
    """A line of a receipt, as a till writes it: no foreign key, only what was scanned."""

    receipt = models.PositiveIntegerField()
    scanned = models.CharField(max_length=20, blank=True)
    card = models.CharField(max_length=20, blank=True)
    sold_on = models.DateField()
    kiosk = models.CharField(max_length=20, default="north")
    is_void = models.BooleanField(null=True)


class Garment(models.Model):
    """A size is a garment whose `parent` is the one it is a size of."""

    name = models.CharField(max_length=80)
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="sizes")


class GarmentSale(models.Model):
    receipt = models.PositiveIntegerField()
    garment = models.ForeignKey(Garment, models.CASCADE)
