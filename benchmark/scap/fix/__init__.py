"""Scripts that mend what a control asks for, made from its declarations: for a shell, and as tasks for Ansible."""
