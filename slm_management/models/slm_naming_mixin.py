# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Command


class SlmNamingMixin(models.AbstractModel):
    """Whoever names a record by its id must be allowed to read it.

    The ORM asks only for the record that is written. An id that somebody has guessed
    would be stored, and its name be shown to him, in the field or in an error: Odoo
    takes display names as superuser, and constraints are checked as superuser.
    """

    _name = "slm.naming.mixin"
    _description = "Access to What is Named"

    #: the types of the fields that are asked for
    _naming = ("many2one",)

    @api.model_create_multi
    def create(self, vals_list):
        self._check_named(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_named([vals])
        return super().write(vals)

    def get_external_id(self):
        self.check_access("read")
        return super().get_external_id()

    @api.model
    def _check_named(self, vals_list):
        """Check the relations in values, and the defaults of a context."""
        if self.env.su:
            return
        for name, field in self._fields.items():
            if field.type not in self._naming:
                continue
            values = [vals.get(name) for vals in vals_list]
            values.append(self.env.context.get(f"default_{name}"))
            if field.type == "many2many":
                ids = {id_ for value in values for id_ in self._get_linked(value)}
            else:
                ids = {*values} - {None, False}
            if named := self.env[field.comodel_name].browse(ids):
                named.check_access("read")

    @api.model
    def _get_linked(self, value):
        """Ids that commands, or a list of ids, add to a relation."""
        for command in value or ():
            if isinstance(command, int):
                yield command
            elif command[0] == Command.SET:
                yield from command[2]
            elif command[0] == Command.LINK:
                yield command[1]
